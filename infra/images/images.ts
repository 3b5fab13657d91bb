/** The images of docker-compose.yml, which a test holds equal to these. */
export const kafkaImage = 'apache/kafka:4.1.0'
export const registryImage = 'apicurio/apicurio-registry:3.0.9'
export const clickhouseImage = 'clickhouse/clickhouse-server:26.3'
