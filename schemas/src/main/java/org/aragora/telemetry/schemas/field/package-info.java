/**
 * Kinds of fields: how a record reads and writes itself, and the types of its values. Depends on no
 * format.
 */
@NullMarked
package org.aragora.telemetry.schemas.field;

import org.jspecify.annotations.NullMarked;
