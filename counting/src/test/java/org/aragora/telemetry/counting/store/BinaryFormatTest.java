package org.aragora.telemetry.counting.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryFormatTest {

  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, -1, 63, 64, -64, -65, 127, 128, 1L << 35, Long.MAX_VALUE, Long.MIN_VALUE})
  void integersAreReadBack(long value) {
    BinaryReader in =
        new BinaryReader(
            new BinaryWriter()
                .writeUnsigned(value)
                .writeSigned(value)
                .writeFixed64(value)
                .toBytes());
    assertThat(in.readUnsigned()).isEqualTo(value);
    assertThat(in.readSigned()).isEqualTo(value);
    assertThat(in.readFixed64()).isEqualTo(value);
    assertThat(in.atEnd()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -0.0, 1512.5, Double.MIN_VALUE, Double.MAX_VALUE, Double.NEGATIVE_INFINITY})
  void doublesAreReadBack(double value) {
    assertThat(new BinaryReader(new BinaryWriter().writeDouble(value).toBytes()).readDouble())
        .isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "größe", "\uD83D\uDE00", "\u0000"})
  void stringsAreReadBack(String value) {
    BinaryReader in = new BinaryReader(new BinaryWriter().writeString(value).toBytes());
    assertThat(in.readString()).isEqualTo(value);
    assertThat(in.atEnd()).isTrue();
  }

  @Test
  void theBytesAreThoseOfTheDocumentedForm() {
    byte[] bytes =
        new BinaryWriter()
            .writeUnsigned(300)
            .writeSigned(-2)
            .writeFixed64(1)
            .writeString("ö")
            .writeBoolean(true)
            .toBytes();
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo("ac02" + "03" + "0000000000000001" + "02c3b6" + "01");
  }

  @Test
  void fixedNumbersSortAsTheirBytes() {
    byte[] less = new BinaryWriter().writeFixed64(255).toBytes();
    byte[] more = new BinaryWriter().writeFixed64(256).toBytes();
    assertThat(java.util.Arrays.compareUnsigned(less, more)).isNegative();
  }

  @Test
  void aWriterCanBeUsedAgain() {
    BinaryWriter writer = new BinaryWriter().writeBytes(new byte[500]);
    byte[] first = writer.toBytes();
    assertThat(writer.reset().writeByte(7).toBytes()).containsExactly(7);
    assertThat(first).hasSize(502);
  }

  @Test
  void aVarintWithoutEndIsCorrupt() {
    byte[] endless = HexFormat.of().parseHex("ffffffffffffffffffffff");
    assertThatThrownBy(() -> new BinaryReader(endless).readUnsigned())
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("a varint of more than ten bytes ends at byte 10");
  }

  @Test
  void aCountThatIsNoIntIsCorrupt() {
    byte[] big = new BinaryWriter().writeUnsigned(1L << 31).toBytes();
    assertThatThrownBy(() -> new BinaryReader(big).readInt())
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("the count 2147483648 before byte 5 is no int");
  }

  @Test
  void aStringLongerThanTheRecordIsCorrupt() {
    byte[] cut = new BinaryWriter().writeUnsigned(1_000_000).writeByte('a').toBytes();
    assertThatThrownBy(() -> new BinaryReader(cut).readString())
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("1000000 bytes are needed at byte 3, the record has 4");
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 2, -1, 127})
  void aVersionThatIsNotKnownIsRefusedByName(byte version) {
    assertThatThrownBy(() -> new BinaryReader(new byte[] {version}).readVersion(1, "a thing"))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage(
            "a thing has format version %d, this program reads 1 to 1; it was written by a newer release or is no such record",
            version);
  }
}
