package org.aragora.telemetry.producer;

import java.nio.file.Path;
import org.aragora.telemetry.producer.spool.Fsync;

/**
 * Where and how accepted events are kept on disk.
 *
 * @param directory may be shared by several processes
 * @param maxBytes bound per topic
 * @param fsync what an accepted event survives
 */
record SpoolSettings(Path directory, long maxBytes, Fsync fsync) {}
