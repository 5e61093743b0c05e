namespace Wharf.Libcontainer.Criu;

/// <summary>A version of criu as one number: 40201 for 4.2.1. A build from between two releases counts as the next minor one.</summary>
internal readonly record struct CriuVersion(int Number)
{
    internal static CriuVersion Read(ProtobufReader reader)
    {
        int major = 0, minor = 0, sublevel = 0;
        bool between = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: major = (int)reader.Number; break;
                case 2: minor = (int)reader.Number; break;
                case 3: between = true; break;
                case 4: sublevel = (int)reader.Number; break;
                default: break;
            }
        }

        return new CriuVersion((major * 10000) + (between ? (minor + 1) * 100 : (minor * 100) + sublevel));
    }

    internal void Require(int least)
    {
        if (Number < least)
        {
            throw new ContainerException($"CRIU version {Number} must be {least} or higher");
        }
    }
}
