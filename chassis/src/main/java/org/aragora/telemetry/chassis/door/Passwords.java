package org.aragora.telemetry.chassis.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks of passwords against bcrypt hashes, which are slow on purpose. One thread makes them, and
 * rests after each that fails, so that wrong passwords cannot take the CPU of the service. A
 * password that was right, and the last wrong ones, are remembered as keyed digests, never as text.
 * Thread-safe.
 */
final class Passwords implements AutoCloseable {
  private static final int WAITING = 4;
  private static final int WRONG_ONES = 256;
  private static final int REST = 2;
  private static final int MOST_BYTES = 72;

  /** Hash of no known password, so that a user who does not exist takes as long as one who does. */
  private static final String NOBODY =
      "$2a$10$vI8aWBnW3fID.ZQ4/zo1G.q1lRps.9cGLcZEiGDMVr5yUP1KUOYTa";

  private final byte[] secret = new byte[32];
  private final Map<String, byte[]> right = new ConcurrentHashMap<>();
  private final Set<String> wrong =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > WRONG_ONES;
                }
              }));
  private final ThreadPoolExecutor checks =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.MINUTES,
          new ArrayBlockingQueue<>(WAITING),
          task -> {
            Thread thread = new Thread(task, "aragora-password");
            thread.setDaemon(true);
            return thread;
          });

  /** Result of a check. */
  enum Answer {
    RIGHT,
    WRONG,
    /** Too many checks are waiting. */
    BUSY
  }

  /** Receiver of the result of a slow check. */
  interface Later {
    void answer(Answer answer);
  }

  Passwords() {
    new SecureRandom().nextBytes(secret);
    checks.allowCoreThreadTimeOut(true);
  }

  /**
   * Checks a password.
   *
   * @param hash of the user; null if there is no such user
   * @param later gets the answer if this method returns null
   * @return the answer if it is known at once
   */
  @Nullable Answer check(String user, String password, @Nullable String hash, Later later) {
    byte[] digest = digest(user, password, hash == null ? NOBODY : hash);
    byte[] known = right.get(user);
    if (known != null && MessageDigest.isEqual(known, digest)) {
      return Answer.RIGHT;
    }
    if (password.getBytes(UTF_8).length > MOST_BYTES || wrong.contains(hex(digest))) {
      return Answer.WRONG;
    }
    try {
      checks.execute(() -> check(user, password, hash, digest, later));
      return null;
    } catch (RejectedExecutionException e) {
      return Answer.BUSY;
    }
  }

  private void check(
      String user, String password, @Nullable String hash, byte[] digest, Later later) {
    long start = System.nanoTime();
    boolean matches =
        BCrypt.verifyer().verify(password.toCharArray(), hash == null ? NOBODY : hash).verified
            && hash != null;
    if (matches) {
      right.put(user, digest);
      later.answer(Answer.RIGHT);
    } else {
      wrong.add(hex(digest));
      later.answer(Answer.WRONG);
      LockSupport.parkNanos(REST * (System.nanoTime() - start));
    }
  }

  /** The hash is part of it: with another hash the password is checked again. */
  private byte[] digest(String user, String password, String hash) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update((user.length() + ":" + user + hash).getBytes(UTF_8));
      return mac.doFinal(password.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has HmacSHA256", e);
    }
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  @Override
  public void close() {
    checks.shutdownNow();
  }
}
