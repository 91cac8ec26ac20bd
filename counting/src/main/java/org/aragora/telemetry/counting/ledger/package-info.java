/** The account of every record of an input partition. */
@NullMarked
package org.aragora.telemetry.counting.ledger;

import org.jspecify.annotations.NullMarked;
