using Google.Protobuf;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Snapshots;

/// <summary>A snapshot: what clients see, where it is, and what it took when it was committed.</summary>
internal sealed record SnapshotRecord(Info Info, SnapshotPlace Place, long Size = 0, long Inodes = 0)
{
    public byte[] Encode() => new ProtoWriter()
        .Message(1, Info.ToByteArray())
        .Number(2, Place.Number)
        .Number(3, (ulong)Size)
        .Number(4, (ulong)Inodes)
        .Text(5, Place.Name)
        .ToArray();

    public static SnapshotRecord Decode(byte[] bytes)
    {
        Info? info = null;
        ulong number = 0, size = 0, inodes = 0;
        string name = string.Empty;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: info = Info.Parser.ParseFrom(reader.Bytes); break;
                case 2: number = reader.Number; break;
                case 3: size = reader.Number; break;
                case 4: inodes = reader.Number; break;
                case 5: name = reader.Text; break;
            }
        }

        return new SnapshotRecord(info ?? throw new InvalidDataException("snapshot record without info"), new SnapshotPlace(number, name), (long)size, (long)inodes);
    }
}
