using System.Runtime.InteropServices;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>The rules of a profile about each call of one ABI, by number.</summary>
internal sealed class CallRules
{
    // Most calls have one rule: a list is made for those that have more.
    private object?[] byNumber = new object?[560];

    /// <summary>The highest number that the profile names, whatever its action.</summary>
    internal int Highest { get; set; }

    internal void Add(int number, SeccompRule rule)
    {
        if (number >= byNumber.Length)
        {
            Array.Resize(ref byNumber, number + 1);
        }

        switch (byNumber[number])
        {
            case null:
                byNumber[number] = rule;
                break;
            case SeccompRule first:
                byNumber[number] = new List<SeccompRule> { first, rule };
                break;
            case List<SeccompRule> list:
                list.Add(rule);
                break;
        }
    }

    /// <summary>The next number behind one that has rules, or −1.</summary>
    internal int Next(int number)
    {
        for (number++; number < byNumber.Length; number++)
        {
            if (byNumber[number] is not null)
            {
                return number;
            }
        }

        return -1;
    }

    /// <summary>The rules of a call that has some; the one rule that most have lies in the given place.</summary>
    internal ReadOnlySpan<SeccompRule> Of(int number, ref SeccompRule place)
    {
        if (byNumber[number] is List<SeccompRule> list)
        {
            return CollectionsMarshal.AsSpan(list);
        }

        place = (SeccompRule)byNumber[number]!;
        return new ReadOnlySpan<SeccompRule>(ref place);
    }
}
