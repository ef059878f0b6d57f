// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks lessons whose users count each request: on busy cores they lose some to nothing but the crowd. On a real cluster they run after all
 * others, two at a time (see {@link SharedMachine}); on simulated ones time is a test's own.
 */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Quiet {}
