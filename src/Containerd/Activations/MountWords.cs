using System.Globalization;
using System.Text;
using Wharf.ContainerdApi.Types;

namespace Wharf.Containerd.Activations;

/// <summary>
/// What mounts of type "format/…" say of those in front of them: <c>{{ source 0 }}</c>, <c>{{ target 0 }}</c>, <c>{{ mount 0 }}</c>,
/// and <c>{{ overlay 0 2 }}</c>, the mount points from the one to the other with colons between them, in either direction.
/// </summary>
internal static class MountWords
{
    private const string Open = "{{";
    private const string Close = "}}";

    public static string Fill(string text, IReadOnlyList<ActiveMount> mounted)
    {
        var filled = new StringBuilder();
        int position = 0;
        while (text.IndexOf(Open, position, StringComparison.Ordinal) is var start and >= 0)
        {
            int end = text.IndexOf(Close, start, StringComparison.Ordinal);
            if (end < 0)
            {
                throw ContainerdException.Invalid($"mount \"{text}\": \"{Open}\" without \"{Close}\"");
            }

            filled.Append(text, position, start - position);
            filled.Append(Value(text[(start + Open.Length)..end].Split(' ', StringSplitOptions.RemoveEmptyEntries), text, mounted));
            position = end + Close.Length;
        }

        return filled.Append(text, position, text.Length - position).ToString();
    }

    private static string Value(string[] words, string text, IReadOnlyList<ActiveMount> mounted)
    {
        ActiveMount At(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < mounted.Count
            ? mounted[index]
            : throw ContainerdException.Invalid($"mount \"{text}\": index out of bounds: {word}, has {mounted.Count} active mounts");
        switch (words)
        {
            case ["source", var index]:
                return At(index).Mount.Source;
            case ["target", var index]:
                return At(index).Mount.Target;
            case ["mount", var index]:
                return At(index).MountPoint;
            case ["overlay", var first, var last]:
                (_, _) = (At(first), At(last));
                (int from, int to) = (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture));
                IEnumerable<ActiveMount> range = mounted.Skip(Math.Min(from, to)).Take(Math.Abs(to - from) + 1);
                return string.Join(':', (from <= to ? range : range.Reverse()).Select(mount => mount.MountPoint));
            default:
                throw ContainerdException.Invalid($"mount \"{text}\": \"{string.Join(' ', words)}\" is not known");
        }
    }
}
