using Google.Protobuf;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Snapshots;

/// <summary>A snapshot: what clients see, the number of its folder, and what it took when it was committed.</summary>
internal sealed record SnapshotRecord(Info Info, ulong Number, long Size = 0, long Inodes = 0)
{
    public byte[] Encode() => new ProtoWriter()
        .Message(1, Info.ToByteArray())
        .Number(2, Number)
        .Number(3, (ulong)Size)
        .Number(4, (ulong)Inodes)
        .ToArray();

    public static SnapshotRecord Decode(byte[] bytes)
    {
        Info? info = null;
        ulong number = 0, size = 0, inodes = 0;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: info = Info.Parser.ParseFrom(reader.Bytes); break;
                case 2: number = reader.Number; break;
                case 3: size = reader.Number; break;
                case 4: inodes = reader.Number; break;
            }
        }

        return new SnapshotRecord(info ?? throw new InvalidDataException("snapshot record without info"), number, (long)size, (long)inodes);
    }
}
