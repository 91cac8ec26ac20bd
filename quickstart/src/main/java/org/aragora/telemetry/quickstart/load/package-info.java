/** A sample of what Aragora does, written with the producer library. */
@NullMarked
package org.aragora.telemetry.quickstart.load;

import org.jspecify.annotations.NullMarked;
