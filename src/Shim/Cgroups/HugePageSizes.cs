namespace Wharf.Shim.Cgroups;

/// <summary>The sizes of huge pages that a cgroup counts, such as "2MB".</summary>
internal static class HugePageSizes
{
    internal static IEnumerable<string> Of(string? folder, string suffix) =>
        folder is null || !Directory.Exists(folder)
            ? []
            : Directory.EnumerateFiles(folder, "hugetlb.*" + suffix)
                .Select(path => Path.GetFileName(path)["hugetlb.".Length..^suffix.Length])
                .Where(size => !size.Contains('.', StringComparison.Ordinal))
                .Order(StringComparer.Ordinal);
}
