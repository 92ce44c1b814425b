/**
 * Command line tools for those who run the Kafka under a deployment: proves and prints logs, makes
 * and checks topics. Reads only, except for making topics; never shows a payload.
 */
package io.lockstep.deploy.kafka;
