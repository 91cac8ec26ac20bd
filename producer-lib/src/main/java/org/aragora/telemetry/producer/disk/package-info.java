/**
 * Files and directories that survive a crash. Internal but for {@link
 * org.aragora.telemetry.producer.disk.Fsync}.
 */
@NullMarked
package org.aragora.telemetry.producer.disk;

import org.jspecify.annotations.NullMarked;
