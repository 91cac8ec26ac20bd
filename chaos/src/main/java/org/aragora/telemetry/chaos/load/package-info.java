/** Producers under load, and a writer of duplicates and invalid records. */
@NullMarked
package org.aragora.telemetry.chaos.load;

import org.jspecify.annotations.NullMarked;
