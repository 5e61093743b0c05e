using static Wharf.Libcontainer.Seccomp.BpfInstruction;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>
/// A program that is written from its end to its beginning, because jumps only lead forward. A place in it is told by how many
/// instructions there are from it to the end.
/// </summary>
internal sealed class FilterCode
{
    // The distance of a conditional jump is one byte.
    private const int Farthest = 255;
    private readonly List<(uint Action, int Place)> returns = [];
    private ulong[] buffer = new ulong[512];

    /// <summary>The place of the instruction that was written last.</summary>
    internal int Place { get; private set; }

    internal void Prepend(ulong instruction)
    {
        if (Place == buffer.Length)
        {
            var larger = new ulong[2 * Place];
            buffer.CopyTo(larger, Place);
            buffer = larger;
        }

        Place++;
        buffer[^Place] = instruction;
    }

    /// <summary>Where an action is returned: one that is in reach, or a new one.</summary>
    internal int Return(uint action)
    {
        for (int index = 0; index < returns.Count; index++)
        {
            if (returns[index].Action == action && Place - returns[index].Place < Farthest)
            {
                return returns[index].Place;
            }
        }

        Prepend(BpfInstruction.Return(action));
        returns.RemoveAll(known => known.Action == action);
        returns.Add((action, Place));
        return Place;
    }

    /// <summary>Below a number to one place, from it on to another.</summary>
    internal int Branch(uint number, int below, int above)
    {
        while (Place - below > Farthest || Place - above > Farthest)
        {
            ref int far = ref (Place - below > Farthest ? ref below : ref above);
            Prepend(Jump((uint)(Place - far)));
            far = Place;
        }

        Prepend(Make(JumpGreaterOrEqual, Place - above, Place - below, number));
        return Place;
    }

    internal ulong[] ToArray() => buffer[^Place..];
}
