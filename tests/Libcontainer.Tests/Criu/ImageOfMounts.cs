using System.Buffers.Binary;
using Wharf.Libcontainer.Criu;
using Wharf.Linux;

namespace Wharf.Libcontainer.Tests.Criu;

/// <summary>Writes "mountpoints-N.img" as criu does, or as a stranger would.</summary>
internal sealed class ImageOfMounts
{
    private readonly List<byte> bytes = [];

    internal ImageOfMounts()
    {
        Word(0x54564319);
        Word(0x55563928);
        Add("/", device: 1, root: "/bundle");
    }

    internal ImageOfMounts Add(string place, string? external = null, MountFlags flags = 0, uint device = 9, string root = "/", int type = 0, bool oldForm = false)
    {
        byte[] entry = new ProtobufWriter()
            .Number(1, type).Number(2, 1).Number(3, device).Number(4, 0).Number(5, (int)flags)
            .Text(6, oldForm ? external : root).Text(7, place).Text(8, "source").Text(9, string.Empty)
            .Flag(13, oldForm).Text(18, oldForm ? null : external)
            .ToArray();
        Word((uint)entry.Length);
        bytes.AddRange(entry);
        return this;
    }

    internal IReadOnlyList<ImageMount> Read() => MountImage.Read(bytes.ToArray(), "mountpoints-1.img");

    internal IReadOnlyList<ImageMount> ReadCut(int count) => MountImage.Read(bytes[..count].ToArray(), "mountpoints-1.img");

    internal int Length => bytes.Count;

    private void Word(uint value)
    {
        byte[] word = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(word, value);
        bytes.AddRange(word);
    }
}
