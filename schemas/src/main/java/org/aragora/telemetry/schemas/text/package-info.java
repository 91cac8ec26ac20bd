/**
 * Text as all modules treat it: Unicode well-formed, cut by code point and encoded without loss;
 * times as RFC 3339 writes them.
 */
@NullMarked
package org.aragora.telemetry.schemas.text;

import org.jspecify.annotations.NullMarked;
