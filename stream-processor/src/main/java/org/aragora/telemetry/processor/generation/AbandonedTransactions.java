package org.aragora.telemetry.processor.generation;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Aborts the transactions that a killed instance left open, by its transactional ids, as soon as it
 * is not a member of the group. Without that they hold back every reader until the transaction
 * timeout and the broker's next scan. For one thread.
 */
final class AbandonedTransactions {
  private static final Logger LOG = LoggerFactory.getLogger(AbandonedTransactions.class);
  private static final long TIMEOUT_SECONDS = 5;

  /**
   * Time after which an id is fenced again, so that a process that lives is not fenced in a loop.
   */
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** Client ids and transactional ids of Kafka Streams: the group, the process, more. */
  private static final String PROCESS =
      "-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-";

  private final Admin admin;
  private final String group;
  private final LongSupplier nanoClock;
  private final Pattern transactionalId;
  private final Pattern clientId;
  private final Map<String, Long> fencedAtNanos = new HashMap<>();
  private boolean refused;

  AbandonedTransactions(Admin admin, String group, LongSupplier nanoClock) {
    this.admin = admin;
    this.group = group;
    this.nanoClock = nanoClock;
    this.transactionalId = Pattern.compile(Pattern.quote(group) + PROCESS + "\\d+");
    this.clientId = Pattern.compile(Pattern.quote(group) + PROCESS + ".*");
  }

  /**
   * Looks once and aborts what is abandoned. Without the right to do so it logs one line.
   *
   * @param ownClientIds client ids of this process, which is never fenced
   */
  void abort(Collection<String> ownClientIds)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (refused) {
      return;
    }
    Set<String> own = new HashSet<>();
    ownClientIds.forEach(id -> process(clientId, id).ifPresent(own::add));
    Map<String, String> open = openTransactions();
    open.values().removeAll(own);
    if (open.isEmpty()) {
      return;
    }
    // After the transactions: who has one open and is not a member now has lost its partitions.
    Optional<Set<String>> members = memberProcesses();
    if (members.isEmpty()) {
      return;
    }
    open.values().removeAll(members.get());
    long nowNanos = nanoClock.getAsLong();
    fencedAtNanos.values().removeIf(at -> nowNanos - at > AGAIN_NANOS);
    open.keySet().removeAll(fencedAtNanos.keySet());
    if (!open.isEmpty()) {
      fence(open.keySet());
    }
  }

  private void fence(Set<String> transactionalIds)
      throws ExecutionException, InterruptedException, TimeoutException {
    LOG.info(
        "Aborting the open transactions of instances that are gone from the group {}: {}",
        group,
        transactionalIds);
    transactionalIds.forEach(id -> fencedAtNanos.put(id, nanoClock.getAsLong()));
    try {
      admin.fenceProducers(transactionalIds).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof AuthorizationException
          || e.getCause() instanceof UnsupportedVersionException)) {
        throw e;
      }
      refused = true;
      LOG.warn(
          "Not allowed to abort the transactions of a killed instance ({}); each holds back its"
              + " readers until the broker aborts it",
          e.getCause().getMessage());
    }
  }

  /** Process of each open transaction of the group's members, by transactional id. */
  private Map<String, String> openTransactions()
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, String> open = new HashMap<>();
    for (TransactionListing listing :
        admin
            .listTransactions(
                new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING)))
            .all()
            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process(transactionalId, listing.transactionalId())
          .ifPresent(process -> open.put(listing.transactionalId(), process));
    }
    return open;
  }

  /** Processes of the group's members; empty if they are unknown. */
  private Optional<Set<String>> memberProcesses()
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> processes = new HashSet<>();
    for (ConsumerGroups.Member member : new ConsumerGroups(admin).members(group)) {
      Optional<String> process =
          Optional.ofNullable(member.processId()).or(() -> process(clientId, member.clientId()));
      if (process.isEmpty()) {
        return Optional.empty();
      }
      processes.add(process.get());
    }
    // This process is one of them, or was; an empty answer proves nothing about the others.
    return processes.isEmpty() ? Optional.empty() : Optional.of(processes);
  }

  private static Optional<String> process(Pattern form, String id) {
    Matcher matcher = form.matcher(id);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
