using System.Reflection;
using Wharf.Libcontainer;

namespace Wharf.Architecture;

/// <summary>
/// What programs of others can build on. A change of it is a decision: the page in PublicSurface/ changes with it. The test writes what
/// there is now beside its own program.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Libcontainer_shows_what_its_page_says()
    {
        string actual = string.Join('\n', Lines(typeof(ContainerException).Assembly)) + "\n";
        string now = Path.Combine(AppContext.BaseDirectory, "Wharf.Libcontainer.txt");
        File.WriteAllText(now, actual);

        string expected = File.ReadAllText(Path.Combine(Checkout.Root, "tests", "Architecture", "PublicSurface", "Wharf.Libcontainer.txt"));
        Assert.True(expected == actual, $"The public surface of src/Libcontainer is another than that of tests/Architecture/PublicSurface/Wharf.Libcontainer.txt. What is not for the programs of others is internal. The surface now: {now}\n{string.Join('\n', actual.Split('\n').Except(expected.Split('\n')).Select(line => "+ " + line).Concat(expected.Split('\n').Except(actual.Split('\n')).Select(line => "- " + line)))}");
    }

    private static IEnumerable<string> Lines(Assembly assembly) =>
        assembly.GetExportedTypes()
            .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(member => member is not MethodBase { IsSpecialName: true } or ConstructorInfo)
                .Where(member => !IsOfEveryRecord(member))
                .Select(member => $"{type.FullName}: {member}")
                .Prepend($"{type.FullName} : {type.BaseType?.Name}"))
            .Order(StringComparer.Ordinal);

    private static bool IsOfEveryRecord(MemberInfo member) => member.Name is "Equals" or "GetHashCode" or "ToString" or "<Clone>$" or "PrintMembers" or "value__";
}
