/**
 * Benchmarks: each measures a thing and its baseline in turns in one run, and reports medians of
 * several rounds as a ratio. Nothing here decides whether a build passes.
 */
package io.lockstep.deploy.bench;
