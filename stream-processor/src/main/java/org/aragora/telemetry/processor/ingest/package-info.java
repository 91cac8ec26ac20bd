/**
 * From a record to a counted event: validity, duplicates, debate lifecycle, lateness, and the
 * ledger that accounts for every record. Dead letters and proposed ends are written here.
 */
@NullMarked
package org.aragora.telemetry.processor.ingest;

import org.jspecify.annotations.NullMarked;
