using System.Buffers.Binary;
using LongTake.Tensors.Files;

namespace LongTake.Tensors.Tests.Files.Torch;

/// <summary>
/// Checkpoints above 4 GiB use the 64-bit fields of the zip format. A small file is rewritten to use them, so that no large one is
/// needed.
/// </summary>
public class Zip64Tests
{
    [Fact]
    public void Sizes_and_offsets_are_read_from_the_64_bit_fields()
    {
        using TorchCheckpoint checkpoint = TorchCheckpoint.Parse("x.pt", Widen(Small(), e => e));
        using Tensor w = checkpoint.Load("w");
        Assert.Equal(new float[] { 1, 2, 3, 4 }, w.Span.ToArray());
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(1L << 40)]
    public void Impossible_64_bit_offsets_are_refused(long offset)
    {
        Assert.Throws<CheckpointException>(() => TorchCheckpoint.Parse("x.pt", Widen(Small(), _ => offset)));
    }

    [Fact]
    public void A_missing_64_bit_table_is_refused()
    {
        byte[] file = Widen(Small(), e => e);
        file.AsSpan(file.AsSpan().IndexOf("PK\u0006\u0007"u8), 4).Clear();
        Assert.Contains(
            "64-bit table of contents is missing",
            Assert.Throws<CheckpointException>(() => TorchCheckpoint.Parse("x.pt", file)).Message,
            StringComparison.Ordinal);
    }

    private static byte[] Small() =>
        new PickleBuilder().Dictionary(("w", t => t.Tensor("FloatStorage", "0", 4, 0, [4], [1]))).Zip(("data/0", PickleBuilder.Floats(1, 2, 3, 4)));

    /// <summary>Moves every size and offset of the table of contents into 64-bit fields.</summary>
    private static byte[] Widen(byte[] zip, Func<long, long> changeOffset)
    {
        int end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        int start = BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(end + 16));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(end + 10));
        using MemoryStream output = new();
        output.Write(zip, 0, start);
        int at = start;
        for (int i = 0; i < count; i++)
        {
            byte[] head = zip[at..(at + 46)];
            int name = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(28));
            int extra = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(30));
            byte[] field = new byte[28];
            BinaryPrimitives.WriteUInt16LittleEndian(field, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(field.AsSpan(2), 24);
            BinaryPrimitives.WriteInt64LittleEndian(field.AsSpan(4), BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(24)));
            BinaryPrimitives.WriteInt64LittleEndian(field.AsSpan(12), BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(20)));
            BinaryPrimitives.WriteInt64LittleEndian(field.AsSpan(20), changeOffset(BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(42))));
            head.AsSpan(20, 8).Fill(0xFF);
            head.AsSpan(42, 4).Fill(0xFF);
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(30), (ushort)(extra + field.Length));
            output.Write(head);
            output.Write(zip, at + 46, name);
            // An unknown field first: readers skip what they do not know.
            output.Write(zip, at + 46 + name, extra);
            output.Write(field);
            at += 46 + name + extra;
        }
        long size = output.Length - start;
        long end64 = output.Length;
        byte[] record = new byte[56];
        "PK\u0006\u0006"u8.CopyTo(record);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(4), 44);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), count);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(32), count);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(40), size);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(48), start);
        output.Write(record);
        byte[] locator = new byte[20];
        "PK\u0006\u0007"u8.CopyTo(locator);
        BinaryPrimitives.WriteInt64LittleEndian(locator.AsSpan(8), end64);
        BinaryPrimitives.WriteInt32LittleEndian(locator.AsSpan(16), 1);
        output.Write(locator);
        byte[] last = zip[end..];
        last.AsSpan(8, 12).Fill(0xFF);
        output.Write(last);
        return output.ToArray();
    }
}
