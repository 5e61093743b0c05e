using Wharf.Cli.Archives;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Tests.Archives;

public sealed class CopyPlaceTests
{
    [Theory]
    [InlineData("/a/b", "/a", "b")]
    [InlineData("/a/b/", "/a", "b")]
    [InlineData("/a/b/.", "/a/b", ".")]
    [InlineData("/a", "/", "a")]
    [InlineData("a", ".", "a")]
    [InlineData("../a/./b", "../a", "b")]
    [InlineData(".", ".", ".")]
    public void A_path_is_divided(string path, string folder, string name) => Assert.Equal((folder, name), CopyPlace.Split(path));

    [Theory]
    [InlineData("/src/f", false, "/dst", true, true, "/dst", null)]
    [InlineData("/src/d", true, "/dst", true, true, "/dst", null)]
    [InlineData("/src/f", false, "/dst/g", true, false, "/dst", "g")]
    [InlineData("/src/f", false, "/dst/g", false, false, "/dst", "g")]
    [InlineData("/src/d", true, "/dst/e", false, false, "/dst", "e")]
    [InlineData("/src/d/.", true, "/dst/e", false, false, "/dst", "e")]
    public void A_copy_lands_where_dockers_does(string source, bool isFolder, string target, bool exists, bool targetIsFolder, string into, string? renamed)
    {
        (string folder, (string From, string To)? rename) = new CopyPlace(target, exists, targetIsFolder).Receive(new CopyPlace(source, true, isFolder));

        Assert.Equal((into, renamed), (folder, rename?.To));
    }

    [Theory]
    [InlineData(true, "/dst/file", true, "cannot copy directory")]
    [InlineData(false, "/dst/none/", false, "no such directory")]
    public void What_does_not_fit_is_refused(bool isFolder, string target, bool exists, string words) =>
        Assert.Equal(words, Assert.Throws<CommandException>(() => new CopyPlace(target, exists, false).Receive(new CopyPlace("/src", true, isFolder))).Message);

    [Theory]
    [InlineData("d/x", "d", "e", "e/x")]
    [InlineData("d/", "d", "e", "e/")]
    [InlineData("./x", ".", "e", "e/x")]
    [InlineData("dd/x", "d", "e", "dd/x")]
    public void The_first_name_of_an_entry_is_exchanged(string entry, string from, string to, string renamed) =>
        Assert.Equal(renamed, CopyPlace.Rename(entry, (from, to)));
}
