namespace Wharf.Architecture;

internal static class Checkout
{
    internal static string Root { get; } = Find();

    /// <summary>The source files of src/, without what the build made.</summary>
    internal static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Wharf.slnx")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException($"no Wharf.slnx above \"{AppContext.BaseDirectory}\"");
    }
}
