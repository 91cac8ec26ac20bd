package org.aragora.telemetry.doctor.top;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.aragora.telemetry.doctor.top.figures.Snapshot;

/** Answers of {@code /api/v1/snapshot}. */
public final class Samples {
  private Samples() {}

  /** Returns the answer of a processor that serves everything. */
  public static ObjectNode answer() {
    return (ObjectNode)
        read(
            """
            {"version":1,"timeMs":1764244803123,
             "service":{"version":"0.1.0","revision":"abc","applicationId":"aragora-telemetry",
               "address":"10.0.0.1:9090","topicPrefix":"aragora.","generation":0,"state":"RUNNING",
               "live":{"ok":true,"cause":""},"ready":{"ok":true,"cause":""}},
             "serving":{"partitions":[0,1,2,3],"all":4,"ledgersBalance":true},
             "traffic":{"requests":1234567,"serverErrors":12,
               "endpoints":[{"name":"/api/debates","requests":1234567,"serverErrors":12}],
               "buckets":[{"le":0.1,"count":90},{"le":0.5,"count":98},{"le":null,"count":100}],
               "activeDebates":3,"webSocketConnections":27,"agentCalls":4321,"instancesUp":2,
               "instancesSilent":0,"producerDrops":null},
             "topics":[
               {"name":"aragora.debates","read":1000,"counted":990,"duplicate":7,"deadLettered":3,
                "late":1,"missing":0,"completeUntilSeconds":1764244502.5,"lagSeconds":0.25,
                "lagRecords":4,"unstableRecords":0},
               {"name":"aragora.agent-calls","read":123456789012,"counted":123456789000,
                "duplicate":12,"deadLettered":0,"late":0,"missing":0,
                "completeUntilSeconds":1764244500,"lagSeconds":0,"lagRecords":0,
                "unstableRecords":0}],
             "appendedRecords":123456790016,
             "peers":[],
             "exporters":[
               {"address":"http://span-exporter:9464","figures":{"timeMs":1764244803000,
                "exporter":"spans","live":{"ok":true,"cause":""},"ready":{"ok":true,"cause":""},
                "lagSeconds":0.4,"lagRecords":12,"items":1234567,"deadLettered":0}},
               {"address":"http://log-exporter:9465","figures":{"timeMs":1764244803000,
                "exporter":"logs","live":{"ok":true,"cause":""},
                "ready":{"ok":false,"cause":"Loki at http://loki:3100 answers with status 500."},
                "lagSeconds":61,"lagRecords":4567,"items":99,"deadLettered":3}},
               {"address":"http://other:9464","figures":null,"problem":"does not answer"}]}
            """);
  }

  /** Returns the answer as figures. */
  public static Snapshot snapshot() {
    return Snapshot.of(answer());
  }

  static JsonNode read(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
