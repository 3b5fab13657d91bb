package org.tributary.bench.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Identity of an event across redeliveries: the leftmost 128 bits of SHA-256(source, NUL, event id). One per thread. */
public final class EventKeys {
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final MessageDigest sha256;
    private final byte[] leftmost = new byte[16];
    private long first64;

    public EventKeys() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public String keyOf(String source, String eventId) {
        sha256.update(source.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        byte[] digest = sha256.digest(eventId.getBytes(StandardCharsets.UTF_8));
        System.arraycopy(digest, 0, leftmost, 0, leftmost.length);
        first64 = ByteBuffer.wrap(digest).getLong();
        return BASE64URL.encodeToString(leftmost);
    }

    /** The first 64 bits of the key that was asked for last. */
    public long first64() {
        return first64;
    }
}
