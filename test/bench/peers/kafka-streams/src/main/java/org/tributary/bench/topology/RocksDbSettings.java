package org.tributary.bench.topology;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * RocksDB as Kafka Streams' memory management guide bounds it (one cache and one write buffer budget for all stores of the process, index and filter
 * blocks in the cache), larger, since one store is all there is.
 */
public final class RocksDbSettings implements RocksDBConfigSetter {
    private static final long CACHE_BYTES = 256L << 20;
    private static final long WRITE_BUFFER_BYTES = 128L << 20;
    private static final long MEMTABLE_BYTES = 32L << 20;
    private static final int BLOOM_BITS_PER_KEY = 10;

    static {
        // Streams reads its settings, and with them this class, before it loads the library.
        RocksDB.loadLibrary();
    }

    private static final Cache CACHE = new LRUCache(CACHE_BYTES);
    private static final WriteBufferManager WRITE_BUFFERS = new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);
    private static final BloomFilter BLOOM = new BloomFilter(BLOOM_BITS_PER_KEY, false);

    public static Map<String, Object> asPrinted() {
        return Map.of(
                "block_cache_bytes", CACHE_BYTES,
                "write_buffers_bytes", WRITE_BUFFER_BYTES,
                "memtable_bytes", MEMTABLE_BYTES,
                "memtables_per_store_max", 3,
                "bloom_bits_per_key", BLOOM_BITS_PER_KEY,
                "compression", "lz4");
    }

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(CACHE);
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinTopLevelIndexAndFilter(true);
        // A look-up of a profile that is new need not touch a file.
        table.setFilterPolicy(BLOOM);
        table.setBlockSize(16 * 1024);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(WRITE_BUFFERS);
        options.setWriteBufferSize(MEMTABLE_BYTES);
        options.setMaxWriteBufferNumber(3);
        options.setCompressionType(CompressionType.LZ4_COMPRESSION);
    }

    @Override
    public void close(String storeName, Options options) {
        // Cache, budget and filter are the process's, not the store's.
    }
}
