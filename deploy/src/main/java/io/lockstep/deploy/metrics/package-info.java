/**
 * What a process measures, for JMX and Prometheus. The only place with a metrics library; never
 * told who talks to whom.
 */
package io.lockstep.deploy.metrics;
