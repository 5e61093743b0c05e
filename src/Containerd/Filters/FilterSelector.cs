using System.Text.RegularExpressions;

namespace Wharf.Containerd.Filters;

/// <summary>One comparison: <c>path</c>, <c>path==value</c>, <c>path!=value</c>, <c>path~=pattern</c>.</summary>
internal sealed record FilterSelector(IReadOnlyList<string> Path, string Operator, string Value)
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    public bool Matches(Func<IReadOnlyList<string>, string?> field)
    {
        string? value = field(Path);
        return Operator switch
        {
            "" => value is not null,
            "==" => value is not null && value == Value,
            "!=" => (value ?? string.Empty) != Value,
            _ => value is not null && Matches(value),
        };
    }

    private bool Matches(string value)
    {
        try
        {
            return Regex.IsMatch(value, Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (ArgumentException error)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"filter pattern \"{Value}\": {error.Message}: invalid argument", error);
        }
        catch (NotSupportedException error)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"filter pattern \"{Value}\": {error.Message}: invalid argument", error);
        }
    }
}
