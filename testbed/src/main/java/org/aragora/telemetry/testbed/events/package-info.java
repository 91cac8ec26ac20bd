/** Events at the bounds of the contract, for tests of what must hold for every valid event. */
@NullMarked
package org.aragora.telemetry.testbed.events;

import org.jspecify.annotations.NullMarked;
