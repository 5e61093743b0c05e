namespace Wharf.Containerd.Rpc;

/// <summary>containerd's identifiers: letters and digits in groups joined by one of <c>.-_</c>. They become names of files.</summary>
internal static class Identifier
{
    private const int LongestName = 76;

    public static void Check(string text, string what)
    {
        if (text.Length == 0)
        {
            throw ContainerdException.Invalid($"{what}: identifier must not be empty");
        }

        if (text.Length > LongestName)
        {
            throw ContainerdException.Invalid($"{what}: identifier \"{text[..LongestName]}…\" greater than maximum length ({LongestName} characters)");
        }

        bool separated = true;
        foreach (char letter in text)
        {
            bool joins = letter is '.' or '-' or '_';
            if (joins ? separated : !char.IsAsciiLetterOrDigit(letter))
            {
                throw Malformed(text, what);
            }

            separated = joins;
        }

        if (separated)
        {
            throw Malformed(text, what);
        }
    }

    private static ContainerdException Malformed(string text, string what) =>
        ContainerdException.Invalid($"{what}: identifier \"{text}\" must match ^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$");
}
