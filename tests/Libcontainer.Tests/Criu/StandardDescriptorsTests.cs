using Wharf.Libcontainer.Criu;

namespace Wharf.Libcontainer.Tests.Criu;

/// <summary>"descriptors.json" beside an image.</summary>
public sealed class StandardDescriptorsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-criu-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Pipes_are_taken_from_the_caller()
    {
        StandardDescriptors.Write(folder, ["/dev/null", "pipe:[12]", "pipe:[13]"]);

        Assert.Equal([("pipe:[12]", 1), ("pipe:[13]", 2)], StandardDescriptors.Read(folder));
        Assert.Equal("""["/dev/null","pipe:[12]","pipe:[13]"]""", File.ReadAllText(Path.Combine(folder, "descriptors.json")));
    }

    [Fact]
    public void A_stranger_gets_no_other_descriptor_and_no_other_thing()
    {
        File.WriteAllText(Path.Combine(folder, "descriptors.json"), """["/etc/passwd pipe:[1]","pipe:[x]","pipe:[]","pipe:[4]","file[1:2]"]""");

        Assert.Empty(StandardDescriptors.Read(folder));
    }

    [Fact]
    public void Files_from_outside_are_taken_from_the_caller()
    {
        StandardDescriptors.Write(folder, ["file[1f:a0]", "file[/etc]", "file[]"]);

        Assert.Equal([("file[1f:a0]", 0)], StandardDescriptors.Read(folder));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public void What_is_no_list_of_names_is_an_error(string text)
    {
        File.WriteAllText(Path.Combine(folder, "descriptors.json"), text);

        Assert.StartsWith($"\"{folder}/descriptors.json\": ", Assert.Throws<ContainerException>(() => StandardDescriptors.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_an_image_is_named()
    {
        Assert.Equal($"open {folder}/descriptors.json: no such file or directory", Assert.Throws<ContainerException>(() => StandardDescriptors.Read(folder)).Message);
    }
}
