using System.Globalization;
using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>
/// Layers that are mounted for the snapshots above them. Who needs a layer is a file in the layer's folder, and what a snapshot needs a
/// file in its own, so that a daemon that starts knows both. A mount that outlives its last snapshot in a crash ends with the layer.
/// </summary>
/// <param name="folder">The folder of a snapshot.</param>
/// <param name="image">The image of a layer.</param>
internal sealed class ShownLayers(Func<ulong, string> folder, Func<ulong, string> image)
{
    private const long ErofsMagic = 0xE0F5E1E2;
    private readonly Lock gate = new();

    /// <summary>Mounts the layers below a snapshot where they are not yet; their mount points.</summary>
    public IReadOnlyList<string> Show(ulong number, IReadOnlyList<ulong> parents)
    {
        lock (gate)
        {
            File.WriteAllText(Needs(number), string.Join(' ', parents.Select(Text)));
            return [.. parents.Select(parent => ShowOne(number, parent))];
        }
    }

    /// <summary>A snapshot goes, or will not be mounted again: what it alone needed is unmounted, and what shows it.</summary>
    public void Leave(ulong number)
    {
        lock (gate)
        {
            if (File.Exists(Needs(number)))
            {
                foreach (string parent in File.ReadAllText(Needs(number)).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    LeaveOne(number, ulong.Parse(parent, CultureInfo.InvariantCulture));
                }

                File.Delete(Needs(number));
            }

            Unmount(number);
        }
    }

    private string ShowOne(ulong number, ulong parent)
    {
        string point = Point(parent);
        Directory.CreateDirectory(Users(parent));
        File.WriteAllBytes(Path.Combine(Users(parent), Text(number)), []);
        Directory.CreateDirectory(point);
        if (!IsMounted(point))
        {
            new DescribedMount("erofs", image(parent), ["ro", "loop"]).Mount(point);
        }

        return point;
    }

    private void LeaveOne(ulong number, ulong parent)
    {
        if (!Directory.Exists(Users(parent)))
        {
            return;
        }

        File.Delete(Path.Combine(Users(parent), Text(number)));
        if (!Directory.EnumerateFiles(Users(parent)).Any())
        {
            Unmount(parent);
        }
    }

    /// <summary>An overlay that is mounted has layers of its own; whoever has a file of this one open keeps it until then.</summary>
    private void Unmount(ulong number)
    {
        if (Directory.Exists(Point(number)) && IsMounted(Point(number)))
        {
            Mounts.Unmount(Point(number), detach: true);
        }
    }

    private static bool IsMounted(string point)
    {
        using FileDescriptor opened = Files.Open(point, OpenFlags.ReadOnly | OpenFlags.Directory);
        return Files.FilesystemType(opened, point) == ErofsMagic;
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private string Point(ulong number) => Path.Combine(folder(number), "shown");

    private string Users(ulong number) => Path.Combine(folder(number), "users");

    private string Needs(ulong number) => Path.Combine(folder(number), "needs");
}
