import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.rpc.Service;
import org.apache.axis.AxisFault;
import org.apache.axis.client.Stub;
import org.apache.axis.description.FieldDesc;
import org.apache.axis.description.TypeDesc;
import org.apache.axis.utils.BeanPropertyDescriptor;
import org.apache.axis.utils.BeanUtils;

/** Stubs of Axis 1.4. Usage: java Axis CLASS-OF-STUB PLAN */
class Axis extends Player {
    private final Stub stub;

    Axis(String stub, String plan) throws Exception {
        super(plan);
        URL address = new URL(text("address"));
        this.stub = (Stub) Class.forName(stub).getConstructor(URL.class, Service.class).newInstance(address, null);
    }

    public static void main(String[] args) throws Exception {
        new Axis(args[0], args[1]).play();
    }

    @Override
    Object call(String operation, Map<String, JsonElement> parts, String[] basic) throws Exception {
        stub.setUsername(basic == null ? null : basic[0]);
        stub.setPassword(basic == null ? null : basic[1]);
        for (Method method : stub.getClass().getDeclaredMethods()) {
            if (method.getName().equalsIgnoreCase(operation)) {
                Class<?>[] types = method.getParameterTypes();
                Object[] args = new Object[types.length];
                int at = 0;
                for (JsonElement value : parts.values()) {
                    args[at] = value(value, types[at]);
                    at++;
                }
                try {
                    return method.invoke(stub, args);
                } catch (InvocationTargetException why) {
                    if (why.getCause() instanceof AxisFault && ((AxisFault) why.getCause()).detail == null) {
                        throw new Failure(((AxisFault) why.getCause()).getFaultString());
                    }
                    throw why.getCause() instanceof Exception ? (Exception) why.getCause() : why;
                }
            }
        }
        throw new NoSuchMethodException(operation);
    }

    /** A value of the class that the stub wants. Where that has no null, there is 0. */
    private static Object value(JsonElement value, Class<?> type) throws Exception {
        if (value.isJsonNull()) {
            return type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0) : null;
        }
        if (type.isArray()) {
            JsonArray items = value.getAsJsonArray();
            Object array = Array.newInstance(type.getComponentType(), items.size());
            for (int at = 0; at < items.size(); at++) {
                Array.set(array, at, value(items.get(at), type.getComponentType()));
            }
            return array;
        }
        Object scalar = value.isJsonPrimitive() ? scalar(value, type) : null;
        return scalar != null ? scalar : bean(value.getAsJsonObject(), type);
    }

    private static Object bean(JsonObject values, Class<?> type) throws Exception {
        Object bean = type.getConstructor().newInstance();
        for (Map.Entry<String, BeanPropertyDescriptor> property : properties(type).entrySet()) {
            JsonElement value = values.get(property.getKey());
            Class<?> wanted = property.getValue().getType();
            if (value != null) {
                // Axis sends no null where the WSDL does not say `nillable`. Its users leave texts empty.
                boolean blank = value.isJsonNull() && wanted == String.class;
                property.getValue().set(bean, blank ? "" : value(value, wanted));
            }
        }
        return bean;
    }

    @Override
    Map<String, Object> fields(Object bean) throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Map.Entry<String, BeanPropertyDescriptor> property : properties(bean.getClass()).entrySet()) {
            fields.put(property.getKey(), property.getValue().get(bean));
        }
        return fields;
    }

    /** The properties of a class of beans by the names that they have in XML. */
    private static Map<String, BeanPropertyDescriptor> properties(Class<?> type) {
        Map<String, BeanPropertyDescriptor> properties = new LinkedHashMap<>();
        for (BeanPropertyDescriptor property : BeanUtils.getPd(type)) {
            FieldDesc field = TypeDesc.getTypeDescForClass(type).getFieldByName(property.getName());
            if (field != null) {
                properties.put(field.getXmlName().getLocalPart(), property);
            }
        }
        return properties;
    }
}
