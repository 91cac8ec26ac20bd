/** The stages of the processor in which its time goes. */
@NullMarked
package org.aragora.telemetry.benchmarks.profile;

import org.jspecify.annotations.NullMarked;
