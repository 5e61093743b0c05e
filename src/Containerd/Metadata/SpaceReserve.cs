namespace Wharf.Containerd.Metadata;

/// <summary>
/// Room kept on the disk for removals: on a full disk even the record of a removal finds no place, and nothing could ever be
/// removed again.
/// </summary>
internal sealed class SpaceReserve(string path)
{
    private const long Size = 1 << 20;

    /// <summary>Keeps room when there is some.</summary>
    public void Take()
    {
        if (File.Exists(path))
        {
            return;
        }

        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = Size });
            file.SetLength(Size);
        }
        catch (IOException)
        {
            // The disk is full; the next removal tries again.
            File.Delete(path);
        }
    }

    /// <summary>Gives the room to who needs it now; false when there is none.</summary>
    public bool TryRelease()
    {
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }
}
