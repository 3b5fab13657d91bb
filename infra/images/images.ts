/** Images of docker-compose.yml; a test holds the two equal. */
export const kafkaImage = 'apache/kafka:4.1.0'
export const registryImage = 'apicurio/apicurio-registry:3.0.9'
/** The release that the embedded engine is made of, so that both speak the same SQL. */
export const clickhouseImage = 'clickhouse/clickhouse-server:26.7'
