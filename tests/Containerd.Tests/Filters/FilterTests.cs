using Wharf.Containerd;
using Wharf.Containerd.Filters;

namespace Wharf.Containerd.Tests.Filters;

public sealed class FilterTests
{
    private static readonly Dictionary<string, string> Fields = new() { ["name"] = "docker.io/library/busybox:latest", ["labels.a.b/c"] = "1", ["labels.x"] = "foo,bar" };

    [Theory]
    [InlineData("name==docker.io/library/busybox:latest", true)]
    [InlineData("name==\"docker.io/library/busybox:latest\"", true)]
    [InlineData("name!=other", true)]
    [InlineData("name==other", false)]
    [InlineData("name~=busybox", true)]
    [InlineData("name~=|^docker.io/.*:latest$|", true)]
    [InlineData("name~=^nothing", false)]
    [InlineData("labels.\"a.b/c\"==1", true)]
    [InlineData("labels.\"a.b/c\"", true)]
    [InlineData("labels.missing", false)]
    [InlineData("labels.missing!=1", true)]
    [InlineData("labels.x==\"foo,bar\"", true)]
    [InlineData("name~=busybox,labels.x", true)]
    [InlineData("name~=busybox,labels.y", false)]
    [InlineData("name~=busybox, labels.x", true)]
    [InlineData(" name ~= busybox , labels.y", false)]
    [InlineData("name~=/^docker.io/", true)]
    public void A_filter_matches_as_in_containerd(string text, bool matches) => Assert.Equal(matches, FilterSet.Parse([text]).Matches(Field));

    [Fact]
    public void One_of_several_filters_is_enough() => Assert.True(FilterSet.Parse(["name==x", "labels.x"]).Matches(Field));

    [Fact]
    public void Without_a_filter_everything_matches() => Assert.True(FilterSet.Parse([]).Matches(Field));

    [Theory]
    [InlineData("name==\"unterminated")]
    [InlineData("==x")]
    [InlineData("name=x")]
    [InlineData("name..x")]
    [InlineData("name,")]
    public void A_malformed_filter_is_an_invalid_argument(string text) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<ContainerdException>(() => FilterSet.Parse([text])).Kind);

    [Fact]
    public void A_malformed_pattern_is_an_invalid_argument() =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<ContainerdException>(() => FilterSet.Parse(["name~=("]).Matches(Field)).Kind);

    private static string? Field(IReadOnlyList<string> path) => Fields.GetValueOrDefault(string.Join('.', path));
}
