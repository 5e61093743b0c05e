namespace Wharf.Cli.Output;

/// <summary>Digits in a name count as a number: "net2" stands before "net10".</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    internal static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        string left = x ?? "";
        string right = y ?? "";
        int i = 0;
        int j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (!char.IsAsciiDigit(left[i]) || !char.IsAsciiDigit(right[j]))
            {
                if (left[i] != right[j])
                {
                    return left[i].CompareTo(right[j]);
                }

                i++;
                j++;
                continue;
            }

            (int from, int other) = (i, j);
            i = End(left, i);
            j = End(right, j);
            ReadOnlySpan<char> one = left.AsSpan(from, i - from).TrimStart('0');
            ReadOnlySpan<char> two = right.AsSpan(other, j - other).TrimStart('0');
            int order = one.Length != two.Length ? one.Length.CompareTo(two.Length) : one.SequenceCompareTo(two);
            if (order != 0)
            {
                return order;
            }

            if (i - from != j - other)
            {
                return (i - from).CompareTo(j - other);
            }
        }

        return (left.Length - i).CompareTo(right.Length - j);
    }

    private static int End(string text, int index)
    {
        while (index < text.Length && char.IsAsciiDigit(text[index]))
        {
            index++;
        }

        return index;
    }
}
