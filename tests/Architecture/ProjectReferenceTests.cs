using System.Xml.Linq;

namespace Wharf.Architecture;

/// <summary>The arrows between projects are those of docs/architecture.md, and no others.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Cli"] = ["EngineApi", "Linux"],
        ["Daemon"] = ["EngineApi", "ContainerdApi", "Oci", "Registry", "Network", "Linux"],
        ["Containerd"] = ["ContainerdApi", "Ttrpc", "Oci", "Registry", "Linux"],
        ["Shim"] = ["ContainerdApi", "Ttrpc", "Oci", "Linux"],
        ["Runc"] = ["Libcontainer", "Oci", "Linux"],
        ["Libcontainer"] = ["Oci", "Linux"],
        ["Network"] = ["Linux"],
        ["Registry"] = ["Oci"],
        ["ContainerdApi"] = ["Ttrpc"],
        ["EngineApi"] = [],
        ["Ttrpc"] = [],
        ["Oci"] = [],
        ["Linux"] = [],
    };

    public static TheoryData<string> Projects => new(Directory.GetDirectories(Path.Combine(Checkout.Root, "src")).Select(path => Path.GetFileName(path)!));

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_only_downwards(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out string[]? allowed), $"src/{project} is not in the table of docs/architecture.md");
        string file = Path.Combine(Checkout.Root, "src", project, project + ".csproj");
        IEnumerable<string> references = XDocument.Load(file)
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        Assert.Empty(references.Except(allowed!));
    }

    [Fact]
    public void Every_project_of_the_table_exists()
    {
        Assert.All(Allowed.Keys, project => Assert.True(File.Exists(Path.Combine(Checkout.Root, "src", project, project + ".csproj")), project));
    }
}
