namespace Wharf.Libcontainer.Launch;

/// <summary>
/// A sysctl's name in the two forms of sysctl(8): whichever of dot and slash comes first is what separates, and the other one stands
/// for a dot within a part.
/// </summary>
internal static class SysctlPath
{
    internal static string Dotted(string name) => SlashSeparates(name) ? Swapped(name) : name;

    /// <summary>Below /proc/sys.</summary>
    internal static string Of(string name) => SlashSeparates(name) ? name : Swapped(name);

    private static bool SlashSeparates(string name) => name.IndexOfAny(['.', '/']) is >= 0 and int first && name[first] == '/';

    private static string Swapped(string name) => string.Create(name.Length, name, static (target, source) =>
    {
        for (int index = 0; index < source.Length; index++)
        {
            target[index] = source[index] switch { '.' => '/', '/' => '.', char other => other };
        }
    });
}
