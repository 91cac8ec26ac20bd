/** What travels between the stages: immutable, and the only thing that two stages share. */
@NullMarked
package org.aragora.telemetry.processor.flow;

import org.jspecify.annotations.NullMarked;
