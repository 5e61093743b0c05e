namespace Wharf.Libcontainer.Systemd;

/// <summary>A property of a unit: its name, the D-Bus type of its value, and how that is written.</summary>
internal sealed record UnitProperty(string Name, string Type, Action<BusWriter> Write)
{
    internal static UnitProperty Of(string name, string value) => new(name, "s", writer => writer.Text(value));

    internal static UnitProperty Of(string name, bool value) => new(name, "b", writer => writer.Number(value ? 1u : 0u));

    internal static UnitProperty Of(string name, ulong value) => new(name, "t", writer => writer.LongNumber(value));

    internal static UnitProperty Of(string name, byte[] value) => new(name, "ay", writer => writer.Array(1, () => writer.Raw(value)));

    internal static UnitProperty Processes(int id) => new("PIDs", "au", writer => writer.Array(4, () => writer.Number((uint)id)));

    /// <summary>As "a(sv)".</summary>
    internal static void WriteAll(BusWriter writer, IEnumerable<UnitProperty> properties) => writer.Array(8, () =>
    {
        foreach (UnitProperty property in properties)
        {
            writer.Align(8);
            writer.Text(property.Name);
            writer.Signature(property.Type);
            property.Write(writer);
        }
    });
}
