/** A real Kafka broker as a child process, from Maven's jars alone. */
@NullMarked
package org.aragora.telemetry.testbed.broker;

import org.jspecify.annotations.NullMarked;
