using System.Text.Json;

namespace Wharf.Oci.Runtime;

/// <summary>A value of another kind than the specification has at this place.</summary>
internal sealed class SpecValueException : JsonException
{
    private readonly string fault;
    private readonly string place;

    internal SpecValueException(string fault)
        : this(fault, string.Empty)
    {
    }

    private SpecValueException(string fault, string place)
        : base(place.Length == 0 ? fault : $"\"{place}\": {fault}")
    {
        this.fault = fault;
        this.place = place;
    }

    /// <summary>The same, with the name of what it is in.</summary>
    internal SpecValueException Below(string name) => new(fault, place.Length == 0 ? name : place[0] == '[' ? name + place : name + "." + place);
}
