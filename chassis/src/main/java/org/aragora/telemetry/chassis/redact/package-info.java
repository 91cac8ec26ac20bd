/** Removal of secrets and personal data from text before it leaves. */
@NullMarked
package org.aragora.telemetry.chassis.redact;

import org.jspecify.annotations.NullMarked;
