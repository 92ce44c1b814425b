package io.lockstep.directory.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.api.v1.Reason;
import io.lockstep.directory.Registration;
import io.lockstep.directory.account.MemoryDirectoryLog.Fault;
import io.lockstep.directory.law.InvitationRedeemedOnce;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RegistrationPropertyTest {
  private static final int STEPS = 60;
  private static final Set<Reason> EXPECTED =
      EnumSet.of(
          Reason.SERVICE_UNAVAILABLE,
          Reason.OUTCOME_UNKNOWN,
          Reason.INVITATION_INVALID,
          Reason.USER_EXISTS);

  /**
   * Persons with few names and few codes register again and again while submissions and answers are
   * lost. Whatever happens: no code is behind two accounts, and once everybody has retried without
   * faults no code is lost.
   */
  @Property(tries = 25)
  void invitationsAreRedeemedOnceWhateverIsLost(@ForAll long seed) {
    Random choice = new Random(seed);
    SecureRandom random = new SecureRandom();
    MemoryDirectoryLog log = new MemoryDirectoryLog();
    Accounts accounts = new Accounts(log, Registration.BY_INVITATION, random);
    List<Person> persons = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      persons.add(new Person("user" + i % 3, random));
    }
    List<String> codes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      codes.add(accounts.createInvitation());
    }

    log.faults =
        () ->
            switch (choice.nextInt(4)) {
              case 0 -> Fault.LOST;
              case 1 -> Fault.UNANSWERED;
              default -> Fault.NONE;
            };
    List<Person> registered = new ArrayList<>();
    Set<Reason> refused = EnumSet.noneOf(Reason.class);
    for (int i = 0; i < STEPS; i++) {
      Person person = persons.get(choice.nextInt(persons.size()));
      try {
        accounts.register(person.register(codes.get(choice.nextInt(codes.size()))));
        registered.add(person);
      } catch (Refusal refusal) {
        refused.add(refusal.reason());
      }
    }
    log.faults = () -> Fault.NONE;

    for (Person person : persons) {
      for (String code : codes) {
        try {
          accounts.register(person.register(code));
          registered.add(person);
        } catch (Refusal refusal) {
          refused.add(refusal.reason());
        }
      }
    }

    assertEquals(0, InvitationRedeemedOnce.check(log.entries), "invitations that are lost");
    refused.removeAll(EXPECTED);
    assertEquals(Set.of(), refused);
    for (Person person : registered) {
      accounts.register(person.register("any code: the account is there"));
    }
    assertEquals(
        registered.stream().map(p -> p.name).distinct().count(),
        registered.stream().map(p -> p.account).distinct().count(),
        "a name has one key");
  }

  @Property(tries = 20)
  void aRegistrationThatWasCutOffAnywhereIsCompletedByItsRetry(@ForAll long seed) {
    Random choice = new Random(seed);
    SecureRandom random = new SecureRandom();
    MemoryDirectoryLog log = new MemoryDirectoryLog();
    Accounts accounts = new Accounts(log, Registration.BY_INVITATION, random);
    Person alice = new Person("alice", random);
    String code = accounts.createInvitation();
    int cutAt = choice.nextInt(2);
    Fault fault = choice.nextBoolean() ? Fault.LOST : Fault.UNANSWERED;
    int[] submitted = {0};
    log.faults = () -> submitted[0]++ == cutAt ? fault : Fault.NONE;

    try {
      accounts.register(alice.register(code));
    } catch (Refusal refusal) {
      assertEquals(
          fault == Fault.LOST ? Reason.SERVICE_UNAVAILABLE : Reason.OUTCOME_UNKNOWN,
          refusal.reason());
    }
    accounts.register(alice.register(code));

    InvitationRedeemedOnce.check(log.entries);
  }
}
