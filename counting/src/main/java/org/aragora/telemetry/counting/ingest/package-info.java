/**
 * From a record to a counted event: validity, duplicates, debate lifecycle, lateness, and the
 * ledger that accounts for every record.
 */
@NullMarked
package org.aragora.telemetry.counting.ingest;

import org.jspecify.annotations.NullMarked;
