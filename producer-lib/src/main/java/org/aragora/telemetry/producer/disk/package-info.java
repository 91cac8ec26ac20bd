/**
 * Files and directories that survive a crash. Inner workings of the library, no interface for hosts
 * but {@link org.aragora.telemetry.producer.disk.Fsync}.
 */
@NullMarked
package org.aragora.telemetry.producer.disk;

import org.jspecify.annotations.NullMarked;
