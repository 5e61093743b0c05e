using System.Buffers.Binary;

namespace Wharf.Libcontainer.Criu;

/// <summary>"mountpoints-N.img" of a checkpoint: two magic numbers, then each mount with its length before it.</summary>
internal static class MountImage
{
    private const uint CommonMagic = 0x54564319;
    private const uint Magic = 0x55563928;

    /// <summary>The mounts of each mount namespace in the image.</summary>
    internal static IEnumerable<IReadOnlyList<ImageMount>> ReadAll(string folder) =>
        Directory.EnumerateFiles(folder, "mountpoints-*.img").Order(StringComparer.Ordinal).Select(path => Read(File.ReadAllBytes(path), path));

    internal static IReadOnlyList<ImageMount> Read(ReadOnlySpan<byte> image, string path)
    {
        string operand = $"checkpoint image \"{path}\"";
        if (Word(ref image, operand) != CommonMagic || Word(ref image, operand) != Magic)
        {
            throw new ContainerException($"{operand}: not a list of mounts");
        }

        var mounts = new List<ImageMount>();
        while (!image.IsEmpty)
        {
            uint length = Word(ref image, operand);
            if (length > image.Length)
            {
                throw new ContainerException($"{operand}: cut off");
            }

            mounts.Add(ImageMount.Read(image[..(int)length], operand));
            image = image[(int)length..];
        }

        return mounts;
    }

    private static uint Word(ref ReadOnlySpan<byte> image, string operand)
    {
        if (image.Length < 4)
        {
            throw new ContainerException($"{operand}: cut off");
        }

        uint word = BinaryPrimitives.ReadUInt32LittleEndian(image);
        image = image[4..];
        return word;
    }
}
